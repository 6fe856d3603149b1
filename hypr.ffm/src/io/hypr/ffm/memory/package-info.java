/**
 * Files that are memory, and files with holes.
 */
package io.hypr.ffm.memory;
