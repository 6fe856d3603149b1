/** Sums by libcrypto: of layers of images, which have hundreds of megabytes. */
package io.hypr.ffm.crypto;
