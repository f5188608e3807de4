/**
 * What must be denied beside the subjects that a session may subscribe to. Servers compare a subscription
 * with the allowed subjects token by token, and take its `>` for one token: `rpc.v1.Orders.Get.*` lets
 * `rpc.v1.Orders.Get.>` through, which hears the requests of an RPC `Orders.Get.All` as well.
 * An allowed subject that is longer itself stays allowed.
 */
export function longerSubjects(allowed: readonly string[]): readonly string[] {
  return allowed.filter((subject) => subject.endsWith(".*"))
    .filter((subject) => !allowed.some((other) => isLonger(other, subject)))
    .map((subject) => `${subject}.>`);
}

/** True when a subject has more tokens than another one, and begins with what that stands for. */
function isLonger(subject: string, short: string): boolean {
  const [tokens, begins] = [subject.split("."), short.split(".")];
  return tokens.length > begins.length &&
    begins.every((token, i) => token === "*" || tokens[i] === "*" || tokens[i] === token);
}
