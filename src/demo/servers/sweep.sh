# Waits for the end of standard input, which comes when the owner of $KPI_FOLDER is gone, however it
# went. Then stops the servers that were started in that folder and removes it.
# Ctrl-C, a hang-up and a polite kill are meant for the owner, not for its watchdog.
trap '' HUP INT QUIT TERM PIPE
cat >/dev/null

# "signal pid" for each process of our programs whose command line names the folder: pids alone may have
# been used again. SIGQUIT is the end without a checkpoint for PostgreSQL; the others hold nothing.
servers() {
    if [ -r /proc/self/cmdline ]; then
        grep -laF -- "$KPI_FOLDER/" /proc/[0-9]*/cmdline 2>/dev/null | while read -r file; do
            pid=${file#/proc/}
            ours "${pid%/cmdline}" "$(tr '\000' ' ' 2>/dev/null <"$file")"
        done
    else
        ps -A -o pid= -o command= | grep -F -- "$KPI_FOLDER/" | while read -r pid line; do
            ours "$pid" "$line"
        done
    fi
}
ours() {
    program=${2%% *}
    case ${program##*/} in
        initdb | postgres) echo "QUIT $1" ;;
        redis-server | pgbouncer) echo "KILL $1" ;;
    esac
}
pause() { sleep 0.05 2>/dev/null || sleep 1; }

tries=0
while found=$(servers) && [ -n "$found" ] && [ "$tries" -lt 100 ]; do
    echo "$found" | while read -r signal pid; do
        if [ "$tries" -ge 40 ]; then signal=KILL; fi
        # A frozen process acts on its signal once it goes on.
        case $tries in
            0 | 4?) kill -s "$signal" "$pid" 2>/dev/null; kill -s CONT "$pid" 2>/dev/null ;;
        esac
    done
    if [ "$tries" -eq 0 ] && [ -f "$KPI_FOLDER/frozen" ]; then
        # shellcheck disable=SC2046 # a list of numbers
        kill -s CONT $(cat "$KPI_FOLDER/frozen") 2>/dev/null
    fi
    tries=$((tries + 1))
    pause
done
tries=0
while [ -d "$KPI_FOLDER" ] && [ "$tries" -lt 20 ]; do
    rm -rf -- "$KPI_FOLDER" 2>/dev/null || pause
    tries=$((tries + 1))
done
