package org.georep.replicator.verify;

import java.util.List;
import java.util.Optional;
import org.georep.protocol.EntryState;
import org.georep.protocol.NameSpan;
import org.georep.protocol.SpanDigest;
import org.georep.protocol.Want;

/**
 * A part of a directory as the primary has it.
 *
 * @param visit the directory
 * @param itself its own attributes, with its first part
 * @param span which names
 * @param wants what they are
 * @param digest of all that
 */
record Part(
    VerifyWalk.Visit visit,
    Optional<EntryState> itself,
    NameSpan span,
    List<Want> wants,
    SpanDigest digest) {}
