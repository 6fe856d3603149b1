/** Layers of images, and how they become one file tree. */
package io.hypr.image.internal.layer;
