import { TransferError } from "../../../contracts/errors/transfer_error.ts";

/** The error of a file that is another one than when a part of it was sent. */
export function changedFile(id: string): TransferError {
  const message = "what was sent of the file before is not what it has now: it has changed " +
    "meanwhile. Start it anew, with another request id";
  return new TransferError({ reason: "changed", message, id });
}
