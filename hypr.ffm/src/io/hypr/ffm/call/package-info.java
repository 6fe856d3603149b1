/**
 * How functions of the C library are called, and what a failed call looks like.
 */
package io.hypr.ffm.call;
