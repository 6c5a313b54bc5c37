# Completions for kpi, for bash: kpi completions bash
_kpi() {
    local IFS=$'\n' paths='' reply=() one
    {
        IFS= read -r paths
        while IFS= read -r one; do reply+=("$one"); done
    } < <(command kpi complete bash --breaks="$COMP_WORDBREAKS" -- "${COMP_LINE:0:COMP_POINT}" 2>/dev/null)
    COMPREPLY=("${reply[@]}")
    case $paths in
        files) compopt -o default 2>/dev/null ;;
        folders) compopt -o dirnames 2>/dev/null ;;
    esac
    # A variable's name is followed by its value.
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace 2>/dev/null; fi
}
if type compopt >/dev/null 2>&1; then
    complete -F _kpi kpi
else
    # Before bash 4 it cannot be said at every place whether it is a file's.
    complete -o default -F _kpi kpi
fi
