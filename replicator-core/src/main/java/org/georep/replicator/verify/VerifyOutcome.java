package org.georep.replicator.verify;

import java.util.Optional;
import org.georep.name.EntryPath;

/**
 * How a verify ended.
 *
 * @param figures what it counted
 * @param next where the next one goes on, if this was to do only a share; empty if it came to the
 *     end of the tree
 */
public record VerifyOutcome(VerifyFigures figures, Optional<EntryPath> next) {}
