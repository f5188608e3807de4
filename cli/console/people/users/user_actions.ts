import { sessionOf } from "../../../../contracts/identity/caller.ts";
import { isErr, ok, type Result } from "../../../../contracts/result.ts";
import { deletionOf, keptText } from "../../../commands/state/kept_state.ts";
import { changeAdmin } from "../../../commands/users/change_admin.ts";
import { passwordLink, portalOf } from "../../../commands/users/password_link.ts";
import { openText, personSessions } from "../../../commands/users/person_sessions.ts";
import { carryOutRemoval, readRemoval } from "../../../commands/users/user_removal.ts";
import type { OpenedUsers } from "../../../commands/users/users_of.ts";
import type { ExplainedError } from "../../../program/command_context.ts";
import { counted } from "../../../view/session_view.ts";
import type { Visitor } from "../../visitor.ts";
import type { Consequence } from "../parts/consequence.tsx";
import { revokeSession } from "../sessions/revoke_session.ts";
import { type KnownSession, openOnes } from "../sessions/read_sessions.ts";
import type { Person } from "./read_person.ts";

/** What became of an action. */
export interface Done {
  readonly text: string;
  /** A link that is shown once. */
  readonly link?: string;
  /** Whether there is no page of the person any more. */
  readonly isGone?: boolean;
}

/** Something that can be done to a person. */
export interface UserAction {
  /** As the button says it. */
  readonly label: string;
  readonly title: (name: string) => string;
  readonly isDangerous?: boolean;
  /** Whether their name has to be typed first. */
  readonly isTyped?: boolean;
  /** Whether it makes sense now. */
  readonly isOffered: (person: Person) => boolean;
  readonly consequence: (person: Person) => Consequence;
  readonly run: (
    person: Person,
    visitor: Visitor,
    opened: OpenedUsers,
  ) => Promise<Result<Done, ExplainedError>>;
}

const SOON = "Connections are closed within a second, and nothing that was on its way comes in " +
  "after two.";

/** What can be done to a person, by the name in the address of its page. */
export const USER_ACTIONS: ReadonlyMap<string, UserAction> = new Map<string, UserAction>([
  ["reset-password", {
    label: "Reset password",
    title: (name) => `Reset the password of ${name}`,
    isOffered: () => true,
    consequence: ({ user: { name, identities }, own }) => ({
      ends: [
        `The password of ${name} is good for nothing any more` +
        `${identities === undefined ? "" : ", and nor is who they are elsewhere"}; ` +
        "so is a link that they were given before.",
        "You get a link, shown once, where they choose another one. It is good once, and for a day.",
      ],
      stays: [
        own.length === 0
          ? "Their grants and what is kept of them."
          : `${sessionsText(openOnes(own))} that are open go on; revoke them too if somebody ` +
            "else may have the password.",
      ],
      notices: [`${name} notices when they log in the next time; you give them the link.`],
    }),
    run: async ({ user: { id, name } }, { messaging, by }, { users }) => {
      const portal = (await portalOf(messaging.connection)).take();
      if (isErr(portal)) return portal;
      return (await passwordLink(users, id, portal, by))
        .map(({ url }) => ({ text: `${name} chooses another password by this link`, link: url }));
    },
  }],
  ["give-admin", {
    label: "Make an admin",
    title: (name) => `Make ${name} an admin`,
    isOffered: ({ user }) => !user.admin,
    consequence: ({ user: { name } }) => ({
      ends: [
        `${name} may do everything: read and change all data, decide plans, let others in, and ` +
        "shut them out, you included.",
      ],
      stays: ["Their sessions go on as they are, and may do what they could before."],
      notices: [`${name} acts as an admin once they log in anew.`],
    }),
    run: (person, visitor, opened) => switchAdmin("give", person, visitor, opened),
  }],
  ["take-admin", {
    label: "Take admin",
    title: (name) => `Let ${name} be an admin no more`,
    isDangerous: true,
    isOffered: ({ user, isSelf }) => user.admin === true && !isSelf,
    consequence: ({ user: { name }, own }) => {
      const asAdmin = openOnes(own).filter(({ record }) => record.principal.kind === "admin");
      return {
        ends: [
          `${name} may do no more than what is granted to them.`,
          ...(asAdmin.length === 0
            ? []
            : [`${sessionsText(asAdmin)} of theirs as an admin, with what they sign.`]),
        ],
        stays: ["Their sessions as a user, their grants, and what they have decided until now."],
        notices: [SOON],
      };
    },
    run: (person, visitor, opened) => switchAdmin("take", person, visitor, opened),
  }],
  ["revoke-sessions", {
    label: "Revoke all sessions",
    title: (name) => `Revoke the sessions of ${name}`,
    isDangerous: true,
    isOffered: ({ own }) => openOnes(own).length > 0,
    consequence: ({ user: { name }, own, isSelf }) => ({
      ends: [
        `${sessionsText(openOnes(own))} of ${name}: their keys let nobody in any more.`,
      ],
      stays: [
        "Who they are: they can log in again, which gives a new session.",
        "Grants, what is kept of them, and agents that act for them.",
      ],
      notices: [SOON, "Their apps and terminals ask them to log in again."],
      warning: isSelf ? "This is you: you are logged out here, too." : undefined,
    }),
    run: async ({ user: { name }, own, isSelf }, visitor) => {
      const open = openOnes(own);
      // The one by which the visitor acts goes last.
      const last = isSelf && visitor.signer ? sessionOf(visitor.signer.publicKey) : undefined;
      const ordered = open.toSorted((a, b) =>
        Number(a.session === last) - Number(b.session === last)
      );
      for (const { session } of ordered) {
        const revoked = (await revokeSession(session, visitor)).take();
        if (isErr(revoked)) return revoked;
      }
      return ok({ text: `Revoked ${sessionsText(open)} of ${name}` });
    },
  }],
  ["disable", {
    label: "Disable",
    title: (name) => `Disable ${name}`,
    isDangerous: true,
    isOffered: ({ user }) => user.disabledAt === undefined,
    consequence: ({ user: { name, links }, own, ofAgents, isSelf }) => {
      const open = openText(records({ own, ofAgents }));
      return {
        ends: [
          `${name} cannot log in${open === "" ? "." : `, and shut out with them: ${open}.`}`,
          ...(links === undefined
            ? []
            : ["Links that they were given are good for nothing, also afterwards."]),
        ],
        stays: [
          "Their sessions, grants and what is kept of them: all count again when they are enabled.",
        ],
        notices: [SOON, `${name} is told that they were disabled.`],
        warning: isSelf
          ? "This is you: you are logged out, and an admin has to enable you again."
          : undefined,
      };
    },
    run: async ({ user: { id, name } }, { by }, { users }) =>
      (await users.disable(id, by)).map(() => ({ text: `Disabled ${name}` })),
  }],
  ["enable", {
    label: "Enable",
    title: (name) => `Enable ${name}`,
    isOffered: ({ user }) => user.disabledAt !== undefined,
    consequence: ({ user: { name }, own, ofAgents }) => {
      const open = openText(records({ own, ofAgents }));
      return {
        ends: [`${name} can log in again${open === "" ? "." : `, and so come in again: ${open}.`}`],
        stays: ["What was granted to them counts again. Links from before do not."],
        notices: ["What they have open comes back by itself within a few seconds."],
      };
    },
    run: async ({ user: { id, name } }, { by }, { users }) =>
      (await users.enable(id, by)).map(() => ({ text: `Enabled ${name}` })),
  }],
  ["remove", {
    label: "Remove",
    title: (name) => `Remove ${name} for good`,
    isDangerous: true,
    isTyped: true,
    // Whoever did it to themselves would be shut out half-way.
    isOffered: ({ isSelf }) => !isSelf,
    consequence: ({ user: { id, name, identities }, own, ofAgents, kept }) => {
      const open = openText(records({ own, ofAgents }));
      return {
        ends: [
          `${name} is nobody any more, and nothing brings them back.`,
          ...(open === "" ? [] : [`Shut out for good: ${open}.`]),
          "All that was granted to them.",
        ],
        stays: [
          "The audit history, and what services keep of them.",
          ...(kept === undefined
            ? ["What apps keep of them; no Trellis process says what that is."]
            : kept.map((state) => `${keptText(state)}: ${deletionOf(state, id).join(" ")}.`)),
          `The name ${name} is free; whoever gets it is somebody else, with none of this.`,
          ...(identities === undefined ? [] : [
            "Where oidc.json lets newcomers in they come in again, as a new user. To keep them out, " +
            "disable them instead.",
          ]),
        ],
        notices: [SOON],
      };
    },
    run: async ({ user }, visitor, opened) => {
      const removal = (await readRemoval(user.id, opened, visitor)).take();
      if (isErr(removal)) return removal;
      const removed = (await carryOutRemoval(removal, visitor.by, opened)).take();
      if (isErr(removed)) return removed;
      return ok({ text: `Removed ${user.name}`, isGone: true });
    },
  }],
]);

async function switchAdmin(
  action: "give" | "take",
  { user: { id, name } }: Person,
  { by, messaging }: Visitor,
  opened: OpenedUsers,
): Promise<Result<Done, ExplainedError>> {
  const open = await personSessions(id, messaging.connection);
  const changed = (await changeAdmin(action, id, by, open, opened)).take();
  if (isErr(changed)) return changed;
  return ok({
    text: action === "give" ? `${name} is an admin` : `${name} is no admin any more`,
  });
}

/** What of a person may come in, as the commands see it. */
function records({ own, ofAgents }: Pick<Person, "own" | "ofAgents">) {
  const recordsOf = (sessions: readonly KnownSession[]) =>
    openOnes(sessions).map(({ record }) => record);
  return { own: recordsOf(own), ofAgents: recordsOf(ofAgents) };
}

function sessionsText(sessions: readonly KnownSession[]): string {
  return counted(sessions.length, "session");
}
