# Completions for kpi, for fish: kpi completions fish
function __kpi_complete
    set -l current (commandline -ct)
    set -l answer (command kpi complete fish --current="$current" -- (commandline -opc) 2>/dev/null)
    switch "$answer[1]"
        case files
            __fish_complete_path "$current"
        case folders
            __fish_complete_directories "$current" ''
    end
    printf '%s\n' $answer[2..-1]
end
complete -c kpi -f -a '(__kpi_complete)'
