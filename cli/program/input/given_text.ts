import { readFile } from "node:fs/promises";
import { decodeUtf8 } from "../../../runtime/nats/utf8/utf8_text.ts";

/** All of standard input; throws for what is no UTF-8. */
export async function textOfStdin(): Promise<string> {
  return textOf(await new Response(Deno.stdin.readable).bytes());
}

/** All of a file; throws for what is no UTF-8. */
export async function textOfFile(path: string): Promise<string> {
  return textOf(await readFile(path));
}

/** What reading as UTF-8 would change is refused: other characters would be stored than those that were meant. */
export function textOf(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new Error("it is not UTF-8; convert it, as with iconv -t utf-8");
  return text;
}
