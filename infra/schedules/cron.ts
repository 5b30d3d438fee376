import { type CronField, cronField, listed } from "./cron-field.ts";

/** What a cron line's nicknames stand for (crontab(5)). */
const NICKNAMES: Readonly<Record<string, string>> = {
  "@yearly": "0 0 1 1 *",
  "@annually": "0 0 1 1 *",
  "@monthly": "0 0 1 * *",
  "@weekly": "0 0 * * 0",
  "@daily": "0 0 * * *",
  "@midnight": "0 0 * * *",
  "@hourly": "0 * * * *",
};

const MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split(" ");
const WEEKDAYS = "SUN MON TUE WED THU FRI SAT".split(" ");
/** Days of each month, those of a leap year. */
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * The EventBridge expression of a cron line: minute, hour, day of the month, month and day of the week,
 * in UTC, with names, ranges, lists and steps; or a nickname such as `@daily`.
 * @throws Error with the line and the reason when it is none, or when EventBridge cannot express it
 */
export function eventBridgeCron(line: string): string {
  const refuse = (reason: string): never => {
    throw new Error(`the cron line "${line}" cannot be scheduled: ${reason}`);
  };
  const text = line.trim();
  const fields = (NICKNAMES[text.toLowerCase()] ?? text).split(/\s+/);
  const [minutes = "", hours = "", days = "", months = "", weekdays = ""] = fields;
  if (text.startsWith("@") && fields.length === 1) {
    return refuse(`its nickname is none of ${Object.keys(NICKNAMES).join(", ")}`);
  }
  if (fields.length !== 5) {
    return refuse(
      `it has ${fields.length} fields; write minute, hour, day of the month, month, day of the week`,
    );
  }
  const minute = cronField(minutes, { what: "minute", min: 0, max: 59 }, refuse);
  const hour = cronField(hours, { what: "hour", min: 0, max: 23 }, refuse);
  const day = cronField(days, { what: "day of the month", min: 1, max: 31 }, refuse);
  const month = cronField(months, { what: "month", min: 1, max: 12, names: MONTHS }, refuse);
  const weekday = weekdayField(weekdays, refuse);
  if (!day.isAny && !weekday.isAny) {
    return refuse(
      `with a day of the month (${days}) and a day of the week (${weekdays}) cron means either of them, which EventBridge cannot express; make two schedules of it`,
    );
  }
  const exists = month.values.some((each) => (day.values[0] ?? 0) <= (DAYS[each - 1] ?? 0));
  if (!exists) return refuse(`no month of "${months}" has a day ${days}`);
  const dates = weekday.isAny ? [day.text, month.text, "?"] : ["?", month.text, weekday.text];
  return `cron(${[minute.text, hour.text, ...dates, "*"].join(" ")})`;
}

/** Cron counts the days of the week from 0, with 7 as another Sunday; EventBridge from 1. */
function weekdayField(text: string, refuse: (reason: string) => never): CronField {
  const range = { what: "day of the week", min: 0, max: 7, names: WEEKDAYS };
  const { values, isAny } = cronField(text, range, refuse);
  const numbers = [...new Set(values.map((each) => (each % 7) + 1))];
  return { values: numbers, isAny, text: isAny ? "*" : listed(numbers) };
}
