import { Hono } from "hono";
import { isErr } from "../../contracts/result.ts";
import type { Users } from "../../reconcile/users/users.ts";
import type { FirstAdmin } from "./first_admin.ts";
import { formOf } from "../pages/form_of.ts";
import type { PageEnv } from "../pages/page_env.ts";
import { sentence } from "./layout.ts";
import { refusedLink, savedPage } from "./link_pages.ts";
import type { OtherWay } from "./other_ways.ts";
import { firstAdminPage, passwordPage } from "./password_pages.ts";

const NOT_THE_SAME = "The two passwords are not the same.";

/** The pages behind links by which people choose passwords. */
export function passwordRoutes(
  users: Users,
  firstAdmin: FirstAdmin,
  ways: readonly OtherWay[],
): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get("/password/:token", async (context) => {
    const token = context.req.param("token");
    const user = (await users.peek(token, "password")).take();
    if (isErr(user)) return refusedLink(context, user.error);
    return context.html(passwordPage(token, user.name, ways));
  });
  app.post("/password/:token", async (context) => {
    const token = context.req.param("token");
    const { password = "", again: repeated } = await formOf(context);
    const user = (await users.peek(token, "password")).take();
    const again = (problem: string, name: string) =>
      context.html(passwordPage(token, name, ways, problem), 400);
    if (!isErr(user) && password !== repeated) return again(NOT_THE_SAME, user.name);
    // Also with a link that was used: its second use is told of.
    const chosen = (await users.choosePassword(token, password)).take();
    if (!isErr(chosen)) return savedPage(context, chosen.name);
    const { error } = chosen;
    return !isErr(user) && error.code === "password_refused"
      ? again(sentence(error), user.name)
      : refusedLink(context, error);
  });
  app.get("/first-admin/:token", async (context) => {
    const token = context.req.param("token");
    const checked = (await firstAdmin.check(token)).take();
    return isErr(checked)
      ? refusedLink(context, checked.error)
      : context.html(firstAdminPage(token));
  });
  app.post("/first-admin/:token", async (context) => {
    const token = context.req.param("token");
    const { name = "", password = "", again } = await formOf(context);
    const checked = (await firstAdmin.check(token)).take();
    if (isErr(checked)) return refusedLink(context, checked.error);
    if (password !== again) return context.html(firstAdminPage(token, name, NOT_THE_SAME), 400);
    const admin = (await firstAdmin.add(token, { name, password })).take();
    if (!isErr(admin)) return savedPage(context, admin.name);
    const { error } = admin;
    return error.code === "link_refused"
      ? refusedLink(context, error)
      : context.html(firstAdminPage(token, name, sentence(error)), 400);
  });
  return app;
}
