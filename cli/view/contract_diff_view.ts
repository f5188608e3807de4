import type { Change } from "../../reconcile/changes/change.ts";
import { printable } from "../terminal/printable.ts";
import type { Screen } from "../terminal/terminal.ts";
import { changesLines, countText } from "./change_view.ts";

/** One side of the comparison. */
interface Side {
  readonly manifest: { readonly id: string };
  readonly digest: string;
  readonly file: string;
}

/** The difference of two contracts for a person; the counts stand last. A side may not be there. */
export function contractDiffText(
  before: Side | undefined,
  after: Side | undefined,
  changes: readonly Change[],
  screen: Screen,
): string {
  const { style } = screen;
  const side = (label: string, contract: Side | undefined): string[] => {
    if (contract === undefined) return [`${style.dim(label)} none`];
    const { manifest, digest, file } = contract;
    return [
      `${style.dim(label)} ${style.bold(printable(manifest.id))}  ${printable(file)}`,
      `    ${style.dim(digest)}`,
    ];
  };
  const body = changesLines(changes, screen);
  const isSilent = changes.length === 0 && before?.digest !== after?.digest;
  return [
    ...side("old", before),
    ...side("new", after),
    "",
    ...body,
    ...(body.length > 0 ? [""] : []),
    isSilent
      ? style.green("no change that a caller or stored data can notice; only the digests differ")
      : changes.some(({ severity }) => severity === "dangerous")
      ? style.red(countText(changes))
      : style.green(countText(changes)),
  ].join("\n");
}
