import { isErr } from "../../../contracts/result.ts";
import type { LookUp, ValueRequest } from "../../command_line/value_type.ts";
import { askServer } from "../../completion/ask_server.ts";

/** A person does not look through more ids than this. */
const MOST_LETTERS = 100;

/** Ids of events that a service has given up, for completion. */
export const letterIds: LookUp = async (request) => {
  const letters = await lettersOf(request);
  return letters.map(({ id }) => id).filter((id) => id.startsWith(request.prefix));
};

/** Groups that have given something up, for completion. */
export const letterGroups: LookUp = async (request) => {
  const letters = await lettersOf(request);
  return [...new Set(letters.map(({ group }) => group))];
};

function lettersOf(request: ValueRequest) {
  return askServer(request, async (link) => {
    const { openLetters } = await import("../../letters/open_letters.ts");
    const { service = "", group } = request.given;
    const opened = (await openLetters(service, link)).take();
    if (isErr(opened)) return [];
    const page = (await opened.box.page({ group }, { limit: MOST_LETTERS })).take();
    return isErr(page) ? [] : page.letters;
  });
}
