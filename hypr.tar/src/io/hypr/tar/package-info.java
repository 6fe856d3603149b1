/** Archives as tar writes them: a reader and a writer that lose nothing. */
package io.hypr.tar;
