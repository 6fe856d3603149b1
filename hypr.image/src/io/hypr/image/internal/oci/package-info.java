/** Names, manifests and configurations of images, and where they are kept. */
package io.hypr.image.internal.oci;
