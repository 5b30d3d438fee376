import type { Patch } from "../patch.ts";
import { childBeforeRecord } from "./child-before-record.ts";
import { earlyHintNotRenewed } from "./early-hint-not-renewed.ts";
import { finishIgnoresWaiters } from "./finish-ignores-waiters.ts";
import { finishWithAWriteInFlight } from "./finish-with-a-write-in-flight.ts";
import { givenUpNotFenced } from "./given-up-not-fenced.ts";
import { givenUpStarted } from "./given-up-started.ts";
import { heartbeatShortensLease } from "./heartbeat-shortens-lease.ts";
import { lateCopyChangesResumed } from "./late-copy-changes-resumed.ts";
import { leaseLeftBehind } from "./lease-left-behind.ts";
import { lookByEpoch } from "./look-by-epoch.ts";
import { lostClaimIsNoTakeover } from "./lost-claim-is-no-takeover.ts";
import { lostParkDeletesMessage } from "./lost-park-deletes-message.ts";
import { marksAtOnce } from "./marks-at-once.ts";
import { marksOnlyWhatWasPending } from "./marks-only-what-was-pending.ts";
import { noEpochInFence } from "./no-epoch-in-fence.ts";
import { noFence } from "./no-fence.ts";
import { noLeaseMargin } from "./no-lease-margin.ts";
import { noTakeoverMark } from "./no-takeover-mark.ts";
import { noTurnBetweenSettlements } from "./no-turn-between-settlements.ts";
import { noticeBeforeFinish } from "./notice-before-finish.ts";
import { noticeByGuess } from "./notice-by-guess.ts";
import { orphanNotSeen } from "./orphan-not-seen.ts";
import { owedClearedFirst } from "./owed-cleared-first.ts";
import { parkIgnoresWakeSeq } from "./park-ignores-wake-seq.ts";
import { recordAfterSettling } from "./record-after-settling.ts";
import { refusedHintsDropped } from "./refused-hints-dropped.ts";
import { refusedMarkNotReloaded } from "./refused-mark-not-reloaded.ts";
import { refusedParkDoesNotLook } from "./refused-park-does-not-look.ts";
import { releaseWithAWriteInFlight } from "./release-with-a-write-in-flight.ts";
import { settleAsAcknowledged } from "./settle-as-acknowledged.ts";
import { settleInCallOrder } from "./settle-in-call-order.ts";
import { timersNeverRecorded } from "./timers-never-recorded.ts";
import { wakeSeqReadLate } from "./wake-seq-read-late.ts";
import { wakeSeqFromHeartbeat } from "./wake-seq-from-heartbeat.ts";
import { sendByGuess } from "./send-by-guess.ts";
import { storedThenBumped } from "./stored-then-bumped.ts";
import { trimByIndex } from "./trim-by-index.ts";
import { trimWhateverCame } from "./trim-whatever-came.ts";
import { lostParkIsRefused } from "./lost-park-is-refused.ts";
import { waitsNotMarked } from "./waits-not-marked.ts";
import { hintsRenewThemselves } from "./hints-renew-themselves.ts";
import { roundsShareKeys } from "./rounds-share-keys.ts";
import { undoInOrder } from "./undo-in-order.ts";
import { rollbacksEndAtFailure } from "./rollbacks-end-at-failure.ts";
import { forkUndoesSources } from "./fork-undoes-sources.ts";
import { interruptedRunsAgain } from "./interrupted-runs-again.ts";
import { onceAfterLease } from "./once-after-lease.ts";
import { denialNotFenced } from "./denial-not-fenced.ts";
import { roundLeavesMessages } from "./round-leaves-messages.ts";
import { unmarkedForgotten } from "./unmarked-forgotten.ts";
import { releaseAsPausedOnEpoch } from "./release-as-paused-on-epoch.ts";
import { finishIgnoresCancel } from "./finish-ignores-cancel.ts";
import { sameLifeAgain } from "./same-life-again.ts";
import { forkTakesPendingChildren } from "./fork-takes-pending-children.ts";
import { resumeFromFirstFailure } from "./resume-from-first-failure.ts";
import { resumeKeepsUndone } from "./resume-keeps-undone.ts";
import { cancelForgetsChildren } from "./cancel-forgets-children.ts";
import { terminationForgetsChildren } from "./termination-forgets-children.ts";
import { noticeMakesParent } from "./notice-makes-parent.ts";
import { cancelDecidesRaces } from "./cancel-decides-races.ts";
import { cancelRejectsPatches } from "./cancel-rejects-patches.ts";
import { blockedClaimedBySameCode } from "./blocked-claimed-by-same-code.ts";
import { blockedNeverClaimed } from "./blocked-never-claimed.ts";
import { blockKeepsLease } from "./block-keeps-lease.ts";
import { blockedNotBackedOff } from "./blocked-not-backed-off.ts";
import { mismatchOverlooked } from "./mismatch-overlooked.ts";
import { unaskedForgotten } from "./unasked-forgotten.ts";
import { unknownWorkflowFails } from "./unknown-workflow-fails.ts";
import { formerOwnerWritesMeta } from "./former-owner-writes-meta.ts";
import { waitBeforeRecord } from "./wait-before-record.ts";
import { missingChildNotPut } from "./missing-child-not-put.ts";
import { waiterNotJoined } from "./waiter-not-joined.ts";
import { joinedAndNotRead } from "./joined-and-not-read.ts";
import { parkBeforeChild } from "./park-before-child.ts";
import { childrenNotRead } from "./children-not-read.ts";
import { pageNamedFirst } from "./page-named-first.ts";
import { pagesReadLast } from "./pages-read-last.ts";
import { losersToldLate } from "./losers-told-late.ts";
import { losersSettleBehind } from "./losers-settle-behind.ts";
import { lateTimeoutEndsResumed } from "./late-timeout-ends-resumed.ts";
import { resumedBesideFormerOwner } from "./resumed-beside-former-owner.ts";
import { sweptOnce } from "./swept-once.ts";

/** Every mutation, each a failure that the simulation must be able to find. */
export const MUTATIONS: readonly Patch[] = [
  settleInCallOrder,
  settleAsAcknowledged,
  noTakeoverMark,
  refusedMarkNotReloaded,
  refusedHintsDropped,
  lostClaimIsNoTakeover,
  parkIgnoresWakeSeq,
  lostParkDeletesMessage,
  noticeBeforeFinish,
  owedClearedFirst,
  childBeforeRecord,
  finishIgnoresWaiters,
  noEpochInFence,
  noFence,
  noLeaseMargin,
  heartbeatShortensLease,
  releaseWithAWriteInFlight,
  finishWithAWriteInFlight,
  refusedParkDoesNotLook,
  earlyHintNotRenewed,
  leaseLeftBehind,
  recordAfterSettling,
  noticeByGuess,
  wakeSeqReadLate,
  timersNeverRecorded,
  marksOnlyWhatWasPending,
  noTurnBetweenSettlements,
  wakeSeqFromHeartbeat,
  sendByGuess,
  storedThenBumped,
  trimByIndex,
  trimWhateverCame,
  lostParkIsRefused,
  waitsNotMarked,
  hintsRenewThemselves,
  roundsShareKeys,
  undoInOrder,
  rollbacksEndAtFailure,
  forkUndoesSources,
  interruptedRunsAgain,
  onceAfterLease,
  marksAtOnce,
  denialNotFenced,
  givenUpNotFenced,
  roundLeavesMessages,
  unmarkedForgotten,
  releaseAsPausedOnEpoch,
  finishIgnoresCancel,
  sameLifeAgain,
  lookByEpoch,
  forkTakesPendingChildren,
  resumeFromFirstFailure,
  resumeKeepsUndone,
  cancelForgetsChildren,
  terminationForgetsChildren,
  orphanNotSeen,
  lateCopyChangesResumed,
  noticeMakesParent,
  cancelDecidesRaces,
  cancelRejectsPatches,
  blockedClaimedBySameCode,
  blockedNeverClaimed,
  blockKeepsLease,
  blockedNotBackedOff,
  mismatchOverlooked,
  unaskedForgotten,
  unknownWorkflowFails,
  formerOwnerWritesMeta,
  waitBeforeRecord,
  missingChildNotPut,
  givenUpStarted,
  waiterNotJoined,
  joinedAndNotRead,
  parkBeforeChild,
  childrenNotRead,
  pageNamedFirst,
  pagesReadLast,
  losersToldLate,
  losersSettleBehind,
  sweptOnce,
  resumedBesideFormerOwner,
  lateTimeoutEndsResumed,
];
