/** The shells that completion works in. */
export const SHELLS = ["bash", "zsh", "fish", "nu", "pwsh"] as const;

/** One of {@link SHELLS}. */
export type Shell = typeof SHELLS[number];

/** The hidden command by which completion scripts ask: `trellis __complete bash "$COMP_LINE"`. */
export const COMPLETE_WORD = "__complete";
