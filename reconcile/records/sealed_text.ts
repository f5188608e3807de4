import { digestJson } from "../../contracts/json/digest.ts";
import { type Signature, type Signer, signText } from "./chain.ts";

/** What the seal at the end of a stored text says. */
export type SealState =
  /** The text is as Trellis wrote it. */
  | "whole"
  /** Something else changed the text. */
  | "broken"
  /** It has no seal. */
  | "none";

const TAIL = /,"seal":"([A-Za-z0-9_-]{43})"\}$/;
const TAIL_LENGTH = ',"seal":""}'.length + 43;
const SIGNATURE = /,"sealedBy":"(U[A-Z2-7]{55})","sealSignature":"([A-Za-z0-9_-]{86})"$/;
const SIGNATURE_LENGTH = ',"sealedBy":"","sealSignature":""'.length + 56 + 86;

/** Who signs a text, and as what: as another text the signature does not hold. */
export interface Sealing {
  readonly signer: Signer | undefined;
  readonly context: string;
}

/**
 * The JSON text of a document with a digest of all its bytes as last member, so that any change from
 * outside is noticed, even one that leaves valid JSON. Signed, where whoever writes it has a key, so that
 * nobody else can seal it anew. The document must have a member.
 */
export function sealedText(
  document: object,
  { signer, context = "" }: Partial<Sealing> = {},
): string {
  const content = JSON.stringify(document).slice(0, -1);
  const open = signer === undefined
    ? content
    : `${content},"sealedBy":"${signer.publicKey}","sealSignature":"${
      signText(signer, context, digestJson(content))
    }"`;
  return `${open},"seal":"${digestJson(open)}"}`;
}

/** Whether a stored text is as {@link sealedText} wrote it. */
export function sealState(text: string): SealState {
  const seal = TAIL.exec(text.slice(-TAIL_LENGTH))?.[1];
  if (seal === undefined) return "none";
  const open = text.slice(0, -TAIL_LENGTH);
  return open.isWellFormed() && digestJson(open) === seal ? "whole" : "broken";
}

/** The signature of a sealed text, and what it signs; both are empty where nobody signed. */
export function sealSignature(text: string): { readonly by: Signature; readonly digest: string } {
  const open = text.slice(0, -TAIL_LENGTH);
  const [, signedBy, signature] = SIGNATURE.exec(open.slice(-SIGNATURE_LENGTH)) ?? [];
  if (signedBy === undefined || signature === undefined) return { by: {}, digest: "" };
  return { by: { signedBy, signature }, digest: digestJson(open.slice(0, -SIGNATURE_LENGTH)) };
}
