import { isDeploymentName } from "../../contracts/manifest/names.ts";
import { err, ok, type Result } from "../../contracts/result.ts";

/** The names that a scaffold derives from one. */
export interface ScaffoldNames {
  /** `my-orders`: the contract's name and the deployment. */
  readonly service: string;
  /** `my_orders`: file names. */
  readonly file: string;
  /** `MyOrders`: the first part of the RPC names. */
  readonly group: string;
  /** `myOrders`: where the RPCs stand on a client. */
  readonly property: string;
  /** `My orders`: for people. */
  readonly title: string;
}

/** Derives the names of a project from the name of its service, or says why it cannot be one. */
export function scaffoldNames(service: string): Result<ScaffoldNames, string> {
  const shown = JSON.stringify(service.slice(0, 60));
  if (!isDeploymentName(service)) {
    return err(
      `${shown} cannot be the name of a service: use lower-case letters, digits and single ` +
        "hyphens, starting with a letter, as my-orders",
    );
  }
  if (service === "trellis" || service.startsWith("trellis.")) {
    return err(`${shown} is the name of Trellis' own contracts; use another one`);
  }
  const words = service.split(/[.-]/);
  const group = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const title = words.join(" ");
  return ok({
    service,
    file: words.join("_"),
    group,
    property: group.charAt(0).toLowerCase() + group.slice(1),
    title: title.charAt(0).toUpperCase() + title.slice(1),
  });
}
