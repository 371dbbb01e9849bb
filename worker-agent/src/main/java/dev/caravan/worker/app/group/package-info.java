/**
 * Models that are split over processes: the RPC servers this agent lends to heads, the links to
 * those that others lend, and the heads that use them. Start at {@link
 * dev.caravan.worker.app.group.MemberSupervisor} for the lender's side and at {@link
 * dev.caravan.worker.app.group.SplitEngines} for the head's.
 */
@NullMarked
package dev.caravan.worker.app.group;

import org.jspecify.annotations.NullMarked;
