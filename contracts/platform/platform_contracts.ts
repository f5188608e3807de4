import type { Contract } from "../define/contract.ts";
import { sdk as auth } from "./auth_sdk.ts";
import { sdk as core } from "./core_sdk.ts";
import { sdk as state } from "./state_sdk.ts";

/** Trellis' own contracts, which nobody has to accept. */
export const PLATFORM_CONTRACTS: readonly Contract[] = [core, auth, state];
