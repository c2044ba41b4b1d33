# Init container: fetches the .krt, holds it against its sha256, and unpacks it. Arguments: its address, its sha256.
# The volume is marked once it is whole: a pod that starts again finds that, or begins anew.
shown=${1%%\?*}
krt=${TMPDIR:-/tmp}/files.krt
new=$KRT_BASE_PATH/.krt.new
mark=$KRT_BASE_PATH/.krt.sha256
most=33554432

fail() {
    echo "$shown: $1"
    exit 1
}

if [ "$(cat "$mark" 2>/dev/null)" = "$2" ]; then
    echo "$shown: unpacked before"
    exit 0
fi
find "$KRT_BASE_PATH" -mindepth 1 -maxdepth 1 -exec rm -rf {} + && mkdir "$new" || fail "$KRT_BASE_PATH cannot be emptied"

wget -q -T 30 -O - "$1" </dev/null | head -c $((most + 1)) >"$krt"
[ -s "$krt" ] || fail "nothing could be fetched"
[ "$(wc -c <"$krt")" -le "$most" ] || fail "more than $most bytes"
found=$(sha256sum <"$krt")
[ "${found%% *}" = "$2" ] || fail "its sha256 is ${found%% *}, not $2"

# Links, devices, and what tar warns of: names that lead out of the folder.
tar -tvzf "$krt" >"$krt.list" 2>&1 || fail "it is no gzip'ed tar"
strange=$(grep -m 1 -v '^[-d]' "$krt.list")
[ -z "$strange" ] || fail "it holds more than files and folders: $strange"

tar -xzf "$krt" -C "$new" && chmod -R a+rX "$new" || fail "it cannot be unpacked"
for file in "$new"/* "$new"/.[!.]* "$new"/..?*; do
    [ ! -e "$file" ] || mv "$file" "$KRT_BASE_PATH"/ || fail "it cannot be unpacked"
done
rmdir "$new" && rm -f "$krt" "$krt.list" && echo "$2" >"$mark" || fail "it cannot be unpacked"
echo "$shown: unpacked"
