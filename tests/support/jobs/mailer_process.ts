/**
 * An instance of the mailer in a process of its own, so that it can be killed: it says on `seen.<deployment>` what it
 * begins and ends. Run by a test, with the server's address, the deployment, and what becomes of jobs.
 */
import { connect } from "@nats-io/transport-deno";
import { ok } from "../../../mod.ts";
import { type MailHandlers, startMailer } from "./mailer.ts";

const [url = "", deployment = "", mode = ""] = Deno.args;
const connection = await connect({ servers: url });
const say = (what: string, key: string, n = 0) => {
  connection.publish(`seen.${deployment}`, JSON.stringify({ what, key, n, process: Deno.pid }));
};
const handlers: MailHandlers = mode === "ends" ? { kept: () => Deno.exit(7) } : {
  ordered: async ({ payload: { to, n } }) => {
    say("begin", to, n);
    await connection.flush();
    await new Promise((resolve) => setTimeout(resolve, 4 + Math.random() * 8));
    say("end", to, n);
    await connection.flush();
    return ok();
  },
};
await startMailer(url, deployment, handlers);
say("ready", "");
