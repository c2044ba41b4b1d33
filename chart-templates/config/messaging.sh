# Job: makes what is missing of a version's streams, consumers and buckets, and updates what is there; it deletes nothing.
# Each argument is one thing:
#   stream NAME STORAGE REPLICAS MAX-AGE SUBJECT...
#   kv BUCKET STORAGE REPLICAS
#   object BUCKET STORAGE REPLICAS
#   consumer STREAM NAME CONFIGURATION (JSON without blanks)
# Ends with 1 at the first thing that is refused, and when NATS does not answer for KRT_WAIT_SECONDS.
set -f # subjects hold *
# The nats command wants to know who it is, and no file names this user.
export HOME=/tmp USER=krt
limit=${KRT_WAIT_SECONDS:-300}
start=$(date +%s)

ask() {
    nats --timeout=20s --server "$KRT_NATS_SERVER" "$@" >/tmp/said 2>&1 </dev/null
}

why() {
    grep -i -m 1 error /tmp/said
}

refused() {
    echo "$1"
    exit 1
}

must() {
    ask "$@" || refused "$thing: refused by NATS ($(why))"
}

update() {
    must "$@"
    did=updated
    grep -q 'No difference' /tmp/said && did='is there'
}

# Whether a stream is there; what it is like is in /tmp/there then. Asked for one that is not, nats says many things.
stream_there() {
    must stream ls --all --names
    grep -q -x -F -e "$1" /tmp/said || return 1
    must stream info "$1" --json
    mv /tmp/said /tmp/there
}

# A field of a configuration in a file, by its name.
field() {
    sed -n "s/^ *\"$1\": *\"\{0,1\}\([^\",]*\).*/\1/p" "$2" | head -n 1
}

fixed() {
    [ "$2" = "$3" ] || refused "$thing: its $1 is $2 and shall be $3: that cannot be changed, make it anew by hand"
}

stream() {
    name=$1 storage=$2 replicas=$3 age=$4
    shift 4
    for subject in "$@"; do
        shift
        set -- "$@" "--subjects=$subject"
    done
    must stream add "$name" "$@" --storage="$storage" --replicas="$replicas" --max-age="$age" --retention=interest \
        --discard=old --no-allow-direct --defaults --output=/tmp/wanted
    if stream_there "$name"; then
        for key in storage retention; do
            fixed "$key" "$(field "$key" /tmp/there)" "$(field "$key" /tmp/wanted)"
        done
        was=$(field max_age /tmp/there) shall=$(field max_age /tmp/wanted)
        if [ "$shall" -gt 0 ] && { [ "$was" -eq 0 ] || [ "$was" -gt "$shall" ]; }; then
            refused "$thing: a maxAge of $age deletes messages that it keeps: nats stream edit $name --max-age=$age does"
        fi
        update stream edit "$name" --force --config=/tmp/wanted
    else
        must stream add "$name" --config=/tmp/wanted
    fi
}

# Whether a bucket, which is a stream with another name, is there.
bucket() {
    stream_there "$1" || return 1
    fixed storage "$(field storage /tmp/there)" "$3"
    did='is there'
    [ "$(field num_replicas /tmp/there)" = "$4" ] || did=updated
}

key_value_store() {
    if ! bucket "KV_$1" "$@"; then
        must kv add "$1" --history=1 --storage="$2" --replicas="$3"
    elif [ "$did" = updated ]; then
        must kv edit "$1" --replicas="$3"
    fi
}

object_store() {
    if ! bucket "OBJ_$1" "$@"; then
        must object add "$1" --storage="$2" --replicas="$3"
    elif [ "$did" = updated ]; then
        must stream edit "OBJ_$1" --force --replicas="$3"
    fi
}

consumer() {
    printf '%s\n' "$3" >/tmp/wanted
    must consumer ls "$1" --names
    if grep -q -x -F -e "$2" /tmp/said; then
        update consumer edit "$1" "$2" --force --config=/tmp/wanted
    else
        must consumer add "$1" "$2" --config=/tmp/wanted
    fi
}

said=
until ask account info; do
    if [ $(($(date +%s) - start)) -ge "$limit" ]; then
        refused "gave up after ${limit}s: no answer of NATS at $KRT_NATS_SERVER ($(why))"
    fi
    [ -n "$said" ] || echo "waiting for NATS at $KRT_NATS_SERVER ($(why))"
    said=yes
    sleep 1
done

for words in "$@"; do
    set -- $words
    kind=$1
    shift
    thing="$kind $1" did=made
    case $kind in
    stream) stream "$@" ;;
    kv) key_value_store "$@" ;;
    object) object_store "$@" ;;
    consumer)
        thing="$kind $2 of $1"
        consumer "$@"
        ;;
    *) refused "what is $kind?" ;;
    esac
    echo "$thing: $did"
done
