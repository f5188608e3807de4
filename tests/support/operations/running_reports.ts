import { SpokenProcess } from "../spoken_process.ts";

const PROGRAM = new URL("./report_process.ts", import.meta.url);

/** An instance of the reports in a process of its own. */
export const ReportProcess = {
  start: (url: string): SpokenProcess => SpokenProcess.start(PROGRAM, url),
};
