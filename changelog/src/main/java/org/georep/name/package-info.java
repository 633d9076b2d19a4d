/**
 * Names and identities as bytes. Nothing here knows files, records or the wire; everything else
 * speaks in these values. They are immutable and safe to share between threads. A name is shown to
 * people escaped ({@link org.georep.name.Shown}) and is written for programs exactly, as base64; it
 * never becomes a {@code String} in between.
 */
@NullMarked
package org.georep.name;

import org.jspecify.annotations.NullMarked;
