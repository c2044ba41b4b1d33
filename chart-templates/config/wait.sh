# Init container: waits until everything that the pod's runner needs of NATS is there.
# Arguments: stream/NAME, kv/BUCKET, object-store/BUCKET, consumer/STREAM/NAME. Ends with 1 after KRT_WAIT_SECONDS.
limit=${KRT_WAIT_SECONDS:-300}
start=$(date +%s)
# The nats command wants to know who it is, and no file names this user.
export HOME=/tmp USER=krt

there() {
    case "$1" in
    stream/*) nats --server "$KRT_NATS_SERVER" stream info "${1#*/}" ;;
    kv/*) nats --server "$KRT_NATS_SERVER" stream info "KV_${1#*/}" ;;
    object-store/*) nats --server "$KRT_NATS_SERVER" stream info "OBJ_${1#*/}" ;;
    consumer/*)
        rest=${1#*/}
        nats --server "$KRT_NATS_SERVER" consumer info "${rest%%/*}" "${rest#*/}"
        ;;
    *) return 1 ;;
    esac >/tmp/nats.log 2>&1 </dev/null
}

for thing in "$@"; do
    said=
    until there "$thing"; do
        why=$(grep -i -m 1 error /tmp/nats.log)
        # What the command says of a name that NATS does not know.
        case "$why" in *"cannot pick"*) why="it does not exist" ;; esac
        if [ $(($(date +%s) - start)) -ge "$limit" ]; then
            echo "gave up after ${limit}s: $thing is not on NATS at $KRT_NATS_SERVER ($why)"
            exit 1
        fi
        [ "$said" = "$why" ] || echo "waiting for $thing on NATS at $KRT_NATS_SERVER ($why)"
        said=$why
        sleep 1
    done
    echo "found $thing"
done
