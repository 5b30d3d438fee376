/** Any run id: those of children and schedules contain `~` and `@`, too. */
const ANY_RUN_ID = /^(?!\.{1,2}$)[A-Za-z0-9._:~@-]{1,200}$/;

/** Whether a run of this id could exist: ids of children and schedules contain `~` and `@`, too. */
export const isPossibleRunId = (id: string): boolean => ANY_RUN_ID.test(id);
