import type { ServerSettings } from "./data_dir/server_command.ts";

/** What a server is started with. */
export interface StartServerOptions extends ServerSettings {
  /** The program: a path, or a name on PATH. */
  binary: string;
  /** Where JetStream keeps its data; created when it is not there. */
  storeDir: string;
  /** The folder with the keys that `configText` names, recorded for other processes of this user. */
  keysDir?: string;
  /** Ends the start, not the started server. */
  signal?: AbortSignal;
  /** How long the server may take to recover its store; 60,000 ms by default. */
  readyTimeoutMs?: number;
  /** Called when its process runs, and gets ready. */
  onLaunched?: (() => void) | undefined;
  /** Called with a few words about what is out of the ordinary. */
  onProgress?: (message: string) => void;
}
