import { join, resolve } from "node:path";
import { err, isErr, ok, type Result } from "../../contracts/result.ts";
import { statIfThere } from "../nats_server/data_dir/private_file.ts";
import { readPrivateFile } from "../nats_server/security/key_folder.ts";
import type { ExplainedError } from "../program/command_context.ts";
import { readJsonFile } from "../program/input/json_source.ts";
import type { OidcProvider } from "./oidc_provider.ts";

/** Where the providers of a project are set up. */
export function oidcFile(project: string): string {
  return join(project, "oidc.json");
}

/** Where a provider sends browsers back to; it must be registered there, exactly so. */
export function redirectUriOf(provider: string, portal: string): string {
  return `${portal}/oidc/${provider}/callback`;
}

/**
 * The providers of a project. What speaks with them is loaded only where there is one. Errors: those of
 * reading JSON, `oidc_invalid`, `keys_exposed`.
 */
export async function openProviders(
  project: string,
): Promise<Result<readonly OidcProvider[], ExplainedError>> {
  const file = oidcFile(project);
  if (await statIfThere(file) === undefined) return ok([]);
  const json = (await readJsonFile(file)).take();
  if (isErr(json)) return json;
  const [{ parseOidcSettings }, { OidcProvider }] = await Promise.all([
    import("./oidc_settings.ts"),
    import("./oidc_provider.ts"),
  ]);
  const settings = parseOidcSettings(json).mapErr((wrong) =>
    invalid(`${file}: ${wrong}`, "see the README, under Login by a provider")
  ).take();
  if (isErr(settings)) return settings;
  const providers: OidcProvider[] = [];
  for (const one of settings) {
    const secret = (await readSecret(project, one.clientSecretFile)).take();
    if (isErr(secret)) return secret;
    providers.push(new OidcProvider(one, secret));
  }
  return ok(providers);
}

async function readSecret(
  project: string,
  name: string | undefined,
): Promise<Result<string | undefined, ExplainedError>> {
  if (name === undefined) return ok(undefined);
  const path = resolve(project, name);
  const text = (await readPrivateFile(path)).take();
  if (isErr(text)) {
    const { message, code } = text.error;
    return err({ message, code, hint: `let nobody else read it: chmod 600 ${path}` });
  }
  const secret = text?.trim();
  if (secret) return ok(secret);
  return err(
    invalid(`${path} holds no secret of a client`, "put there what the provider gave you"),
  );
}

function invalid(message: string, hint: string): ExplainedError {
  return { code: "oidc_invalid", message, hint };
}
