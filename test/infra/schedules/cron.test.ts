import { describe, expect, it } from "vitest";
import { eventBridgeCron } from "../../../infra/schedules/cron.ts";

describe("a cron line for EventBridge", () => {
  it.each([
    ["* * * * *", "* * * * ? *"],
    ["0 3 * * *", "0 3 * * ? *"],
    ["  0\t3 * *  * ", "0 3 * * ? *"],
    ["*/15 * * * *", "0,15,30,45 * * * ? *"],
    ["0-30/10 9-17 * * *", "0,10,20,30 9-17 * * ? *"],
    ["1,2,3,4,10 0,1 * * *", "1-4,10 0,1 * * ? *"],
    ["*/1 */1 */1 */1 */1", "* * * * ? *"],
    ["0 0 1 * *", "0 0 1 * ? *"],
    ["0 0 1 1,7 *", "0 0 1 1,7 ? *"],
    ["0 0 1 jan,JUL *", "0 0 1 1,7 ? *"],
    ["0 0 29 2 *", "0 0 29 2 ? *"],
    ["0 0 31 1-4 *", "0 0 31 1-4 ? *"],
    ["0 6 * * 1", "0 6 ? * 2 *"],
    ["0 6 * * mon", "0 6 ? * 2 *"],
    ["0 6 * * MON-FRI", "0 6 ? * 2-6 *"],
    ["0 6 * * 0", "0 6 ? * 1 *"],
    ["0 6 * * 7", "0 6 ? * 1 *"],
    ["0 6 * * 5-7", "0 6 ? * 1,6,7 *"],
    ["0 6 * * SAT,SUN", "0 6 ? * 1,7 *"],
    ["0 6 * * */2", "0 6 ? * 1,3,5,7 *"],
    ["0 6 * * 1-5/2", "0 6 ? * 2,4,6 *"],
    ["0 6 */10 * *", "0 6 1,11,21,31 * ? *"],
    ["@daily", "0 0 * * ? *"],
    ["@Hourly", "0 * * * ? *"],
    ["@weekly", "0 0 ? * 1 *"],
    ["@monthly", "0 0 1 * ? *"],
    ["@yearly", "0 0 1 1 ? *"],
  ])("%s is %s", (line, expected) => {
    expect(eventBridgeCron(line)).toBe(`cron(${expected})`);
  });

  it.each([
    ["", "it has 1 fields"],
    ["0 3 * *", "it has 4 fields; write minute, hour, day of the month, month, day of the week"],
    ["0 0 3 * * *", "it has 6 fields"],
    ["@reboot", "nickname is none of @yearly"],
    ["60 * * * *", 'minute "60" is not from 0 to 59'],
    ["-1 * * * *", 'minute "-1" is none of'],
    ["* 24 * * *", 'hour "24" is not from 0 to 23'],
    ["* * 0 * *", 'day of the month "0" is not from 1 to 31'],
    ["* * * 13 *", 'month "13" is not from 1 to 12'],
    ["* * * * 8", 'day of the week "8" is not from 0 to 7'],
    ["* * * MON *", 'month "MON" is not from 1 to 12'],
    ["* * * * JAN", 'day of the week "JAN" is not from 0 to 7'],
    ["MON * * * *", 'minute "MON" is not from 0 to 59'],
    ["30-10 * * * *", 'minute "30-10" ends before it begins'],
    ["* * * * FRI-MON", 'day of the week "FRI-MON" ends before it begins'],
    ["*/0 * * * *", 'minute "*/0" has a step of 0'],
    ["5/15 * * * *", 'minute "5/15" is a step without an end; write 5-59/15'],
    ["*-5 * * * *", 'minute "*-5" is none of'],
    ["1,,2 * * * *", 'minute "" is none of'],
    ["* * ? * MON", 'day of the month "?" is none of'],
    ["* * L * *", 'day of the month "L" is not from'],
    ["* * 15W * *", 'day of the month "15W" is none of'],
    ["* * * * MON#2", 'day of the week "MON#2" is none of'],
    ["1.5 * * * *", 'minute "1.5" is none of'],
    ["0 0 30 2 *", 'no month of "2" has a day 30'],
    ["0 0 31 4,6,9,11 *", 'no month of "4,6,9,11" has a day 31'],
  ])("%j is refused: %s", (line, reason) => {
    expect(() => eventBridgeCron(line)).toThrow(`the cron line "${line}" cannot be scheduled: `);
    expect(() => eventBridgeCron(line)).toThrow(reason);
  });

  it.each(["0 0 13 * 5", "0 0 1-31 * MON", "0 0 */2 * MON", "0 0 13 * 0-7"])(
    "%s is refused, since it means one day or the other, which EventBridge cannot express",
    (line) => {
      expect(() => eventBridgeCron(line)).toThrow("make two schedules of it");
    },
  );
});
