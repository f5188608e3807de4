import { ConnectionError, InvalidArgumentError, type TlsOptions } from "@nats-io/nats-core";

/** The PEM texts that the TLS options name. */
export interface TlsMaterial {
  /** Trusted beside the certificates of the runtime. */
  readonly caCerts: string[];
  /** What the client shows to a server that verifies clients. */
  readonly client?: { readonly cert: string; readonly key: string };
}

/**
 * Reads the files that the TLS options name; a file wins over a text.
 * Rejects with `InvalidArgumentError` when only one of certificate and key is given, and with `ConnectionError`
 * when a file cannot be read.
 */
export async function loadTlsMaterial(tls: TlsOptions | null | undefined): Promise<TlsMaterial> {
  const [ca, cert, key] = await Promise.all([
    pem("caFile", tls?.caFile, tls?.ca),
    pem("certFile", tls?.certFile, tls?.cert),
    pem("keyFile", tls?.keyFile, tls?.key),
  ]);
  const caCerts = ca === undefined ? [] : [ca];
  if (cert === undefined && key === undefined) return { caCerts };
  if (cert === undefined || key === undefined) {
    throw InvalidArgumentError.format(["tls.cert", "tls.key"], "have to be given together");
  }
  return { caCerts, client: { cert, key } };
}

async function pem(
  option: string,
  path: string | undefined,
  text: string | undefined,
): Promise<string | undefined> {
  if (!path) return text || undefined;
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ConnectionError(`tls.${option} '${path}' cannot be read: ${reason}`, { cause });
  }
}
