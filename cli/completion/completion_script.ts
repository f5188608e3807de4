import { COMPLETE_WORD, type Shell } from "./shells.ts";

/**
 * The script that makes a shell complete `trellis`. It passes the line up to the cursor to the hidden
 * command, whose answer is `texts` and then one candidate a line, or what paths the shell is to
 * complete by itself: `file`, `directory` or `any`.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell].trimStart().replaceAll("COMPLETE_WORD", COMPLETE_WORD);
}

const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: String.raw`
_trellis() {
  local answer candidate
  COMPREPLY=()
  {
    IFS= read -r answer
    case $answer in
      texts)
        while IFS= read -r candidate; do COMPREPLY+=("$candidate"); done
        ;;
      directory) compopt -o dirnames ;;
      file | any) compopt -o default ;;
    esac
  } < <(trellis COMPLETE_WORD bash "${"${COMP_LINE:0:COMP_POINT}"}" "$COMP_WORDBREAKS" 2>/dev/null)
}
complete -F _trellis trellis
`,
  zsh: String.raw`
#compdef trellis
_trellis() {
  local -a answer texts shown
  local candidate line="${"${(j: :)words[1,CURRENT-1]}"} $QIPREFIX$IPREFIX$PREFIX"
  answer=("${'${(@f)$(trellis COMPLETE_WORD zsh "$line" 2>/dev/null)}'}")
  case $answer[1] in
    texts)
      for candidate in "${"${(@)answer[2,-1]}"}"; do
        texts+=("${"${candidate%%$'\\t'*}"}")
        shown+=("${"${candidate/$'\\t'/  -- }"}")
      done
      compadd -l -d shown -a texts
      ;;
    directory) _files -/ ;;
    file | any) _files ;;
  esac
}
if [[ $funcstack[1] == _trellis ]]; then
  _trellis "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }
  compdef _trellis trellis
fi
`,
  fish: String.raw`
function __trellis_complete
    set -l line (commandline --current-process --cut-at-cursor | string collect)
    set -l answer (trellis COMPLETE_WORD fish "$line" 2>/dev/null)
    switch "$answer[1]"
        case texts
            set -e answer[1]
            string join \n -- $answer
        case directory
            __fish_complete_directories (commandline --current-token --cut-at-cursor)
        case file any
            __fish_complete_path (commandline --current-token --cut-at-cursor)
    end
end
complete --command trellis --no-files --arguments '(__trellis_complete)'
`,
  nu: String.raw`
def "nu-complete trellis" [context: string] {
  let answer = (^trellis COMPLETE_WORD nu $context | lines)
  if ($answer | is-empty) or (($answer | first) != "texts") { return null }
  $answer | skip 1 | each { |candidate|
    let parts = ($candidate | split row "\t")
    { value: ($parts | first), description: ($parts | skip 1 | str join " ") }
  }
}
export extern trellis [...words: string@"nu-complete trellis"]
`,
  pwsh: String.raw`
Register-ArgumentCompleter -Native -CommandName trellis -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $line = $commandAst.ToString()
  if ($cursorPosition -gt $line.Length) { $line += " " }
  else { $line = $line.Substring(0, $cursorPosition) }
  $answer = @(& trellis COMPLETE_WORD pwsh $line 2>$null)
  if ($answer.Count -eq 0 -or $answer[0] -ne "texts") { return }
  foreach ($candidate in $answer[1..$answer.Count]) {
    if (-not $candidate) { continue }
    $text, $description = $candidate -split "${"`t"}", 2
    if (-not $description) { $description = $text }
    [System.Management.Automation.CompletionResult]::new($text, $text, "ParameterValue", $description)
  }
}
`,
};
