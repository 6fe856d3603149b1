/** The components: images, their content, the disks made of them. */
package io.hypr.image.provider;
