# Completions for kpi, for PowerShell 7.3 or newer: kpi completions powershell
Register-ArgumentCompleter -Native -CommandName kpi -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    # Values, not source text: nothing that was typed is evaluated.
    $before = @(foreach ($element in $commandAst.CommandElements) {
        if ($element.Extent.EndOffset -ge $cursorPosition) { break }
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $element.Value }
        else { $element.Extent.Text }
    })
    $typed = "$wordToComplete" -replace "^['`"]", '' -replace "['`"]$", ''
    $kpi = Get-Command -Name kpi -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($null -eq $kpi) { return }
    $answer = @(& $kpi complete powershell "--current=$typed" -- @before 2>$null)
    if ($answer.Count -eq 0) { return }
    if ($answer[0] -ne '') {
        [System.Management.Automation.CompletionCompleters]::CompleteFilename($wordToComplete)
    }
    foreach ($line in $answer | Select-Object -Skip 1) {
        $insert, $shown, $about = $line -split "`t", 3
        [System.Management.Automation.CompletionResult]::new($insert, $shown, 'ParameterValue', $about)
    }
}
