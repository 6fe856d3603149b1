/**
 * Processes that are not our children: found again by number and start time, waited for without polling.
 */
package io.hypr.ffm.process;
