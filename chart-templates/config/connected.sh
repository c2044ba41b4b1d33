# Probe: does a process of this container hold an established connection to NATS?
# Plain sh with ls and grep, which all runner images have; a runner has no port to ask, and one that lost NATS for good
# lives on without saying so.
port=$(printf ':%04X' "$KRT_NATS_PORT")
sockets=$(ls -l /proc/[0-9]*/fd 2>/dev/null)
for table in /proc/net/tcp /proc/net/tcp6; do
    [ -r "$table" ] || continue
    while read -r _ _ remote state _ _ _ _ _ inode _; do
        # State 01 is ESTABLISHED.
        case "$state $remote" in
        "01 "*"$port") ;;
        *) continue ;;
        esac
        case "$sockets" in
        *"socket:[$inode]"*) exit 0 ;;
        esac
    done <"$table"
done
echo "no connection to NATS at $KRT_NATS_SERVER"
exit 1
