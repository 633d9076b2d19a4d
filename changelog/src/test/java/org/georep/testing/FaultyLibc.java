package org.georep.testing;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.georep.name.Shown;
import org.georep.posix.Libc;
import org.georep.posix.PosixException;
import org.jspecify.annotations.Nullable;

/**
 * Puts faults before a {@link Libc}: {@link #libc} behaves as the real one, but for the rules. A
 * rule has a predicate on the call and says what happens at it: an errno, something that runs
 * before or after, or the end of everything ({@link #crash}). Rules are tried in the order they
 * were made; all that match take effect, the first that throws ends the call. Safe for any number
 * of threads; what a rule runs may itself use {@link #libc}.
 *
 * <pre>
 * FaultyLibc faulty = new FaultyLibc(NativeLibc.instance());
 * faulty.fail(method("renameat2").and(path("x")), Errno.EIO).nth(2);
 * </pre>
 */
public final class FaultyLibc {
  private final Libc real;
  private final Libc libc;
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final Map<Integer, byte[]> opened = new ConcurrentHashMap<>();
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile boolean recording;

  /** Puts it before {@code real}. */
  public FaultyLibc(Libc real) {
    this.real = real;
    InvocationHandler handler = (proxy, method, arguments) -> invoke(method, arguments);
    this.libc =
        (Libc)
            Proxy.newProxyInstance(
                FaultyLibc.class.getClassLoader(), new Class<?>[] {Libc.class}, handler);
  }

  /** Returns the libc to give to what is tested. */
  public Libc libc() {
    return libc;
  }

  /** Matches a call by the name of its method in {@link Libc}. */
  public static Predicate<Call> method(String... names) {
    for (String name : names) {
      if (Arrays.stream(Libc.class.getMethods()).noneMatch(m -> m.getName().equals(name))) {
        throw new IllegalArgumentException("Libc has no method " + name);
      }
    }
    return call -> Arrays.asList(names).contains(call.method());
  }

  /** Matches a call by one of its paths, whole: a path argument, or what a descriptor opened. */
  public static Predicate<Call> path(byte[] path) {
    return call -> call.paths().stream().anyMatch(p -> Arrays.equals(p, path));
  }

  /** Matches a call by one of its paths, in UTF-8. */
  public static Predicate<Call> path(String path) {
    return path(path.getBytes(StandardCharsets.UTF_8));
  }

  /** Makes matching calls fail with an errno, without reaching the kernel. */
  public Rule fail(Predicate<Call> when, int errno) {
    return add(
        new Rule(
            when,
            call -> {
              byte[] subject = call.paths().isEmpty() ? new byte[0] : call.paths().get(0);
              throw new PosixException(call.method(), subject, errno);
            },
            null));
  }

  /** Runs something before matching calls; what it throws is thrown instead of calling. */
  public Rule before(Predicate<Call> when, Hook hook) {
    return add(new Rule(when, hook, null));
  }

  /** Runs something after matching calls that succeeded. */
  public Rule after(Predicate<Call> when, Hook hook) {
    return add(new Rule(when, null, hook));
  }

  /**
   * Ends everything at a matching call: it, and every call after it, throws {@link Crashed} and
   * does nothing, as if the process had been killed; so that not even a {@code finally} tidies up.
   */
  public Rule crash(Predicate<Call> when) {
    return add(
        new Rule(
            when,
            call -> {
              Crashed crashed = new Crashed(call);
              rules.add(
                  0,
                  new Rule(
                      any -> true,
                      any -> {
                        throw crashed;
                      },
                      null));
              throw crashed;
            },
            null));
  }

  private Rule add(Rule rule) {
    rules.add(rule);
    return rule;
  }

  /** Forgets all rules, also a crash. */
  public void clear() {
    rules.clear();
  }

  /** Starts to keep all calls, for {@link #calls}. */
  public void record() {
    calls.clear();
    recording = true;
  }

  /** Returns the calls since {@link #record}, also those that failed. */
  public List<Call> calls() {
    return List.copyOf(calls);
  }

  private @Nullable Object invoke(Method method, Object @Nullable [] given) throws Throwable {
    Object[] arguments = given == null ? new Object[0] : given;
    if (method.getDeclaringClass() == Object.class) {
      return method.invoke(this, arguments);
    }
    Call call = new Call(method.getName(), paths(method, arguments), arguments);
    if (recording) {
      calls.add(call);
    }
    List<Rule> matching = rules.stream().filter(rule -> rule.counts(call)).toList();
    for (Rule rule : matching) {
      if (rule.before != null) {
        rule.before.run(call);
      }
    }
    Object result;
    try {
      result = method.invoke(real, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
    remember(call, result);
    for (Rule rule : matching) {
      if (rule.after != null) {
        rule.after.run(call);
      }
    }
    return result;
  }

  private List<byte[]> paths(Method method, Object[] arguments) {
    List<byte[]> paths = new ArrayList<>();
    boolean attribute = method.getName().endsWith("xattr");
    for (Object argument : arguments) {
      // Of an attribute call only the first array is a path; the others are its name and value.
      if (argument instanceof byte[] path && path.length > 0 && !(attribute && !paths.isEmpty())) {
        paths.add(path);
      }
    }
    if (paths.isEmpty() && arguments.length > 0 && arguments[0] instanceof Integer descriptor) {
      byte[] path = opened.get(descriptor);
      if (path != null) {
        paths.add(path);
      }
    }
    return List.copyOf(paths);
  }

  private void remember(Call call, @Nullable Object result) {
    if (call.method().startsWith("open") && result instanceof Integer descriptor) {
      if (call.paths().isEmpty()) {
        opened.remove(descriptor);
      } else {
        opened.put(descriptor, call.paths().get(0));
      }
    }
  }

  /**
   * A call about to be made.
   *
   * @param method the method of {@link Libc}
   * @param paths its paths; of a call on a descriptor alone, the path that was opened as it
   * @param arguments its arguments
   */
  public record Call(String method, List<byte[]> paths, Object[] arguments) {
    @Override
    public String toString() {
      return method + paths.stream().map(Shown::of).toList();
    }
  }

  /** Something that runs at a call. */
  @FunctionalInterface
  public interface Hook {
    /** Runs; may throw, and so fail the call. */
    void run(Call call) throws Exception;
  }

  /** What happens at which calls. At all that match, unless said otherwise. */
  public static final class Rule {
    private final Predicate<Call> when;
    private final @Nullable Hook before;
    private final @Nullable Hook after;
    private long first = 1;
    private long last = Long.MAX_VALUE;
    private long seen;

    private Rule(Predicate<Call> when, @Nullable Hook before, @Nullable Hook after) {
      this.when = when;
      this.before = before;
      this.after = after;
    }

    /** Only at the n-th call that matches, the first being 1. */
    public synchronized Rule nth(long n) {
      first = n;
      last = n;
      return this;
    }

    /** Only at the first n calls that match. */
    public synchronized Rule firstTimes(long n) {
      first = 1;
      last = n;
      return this;
    }

    /** Only from the n-th call that matches on. */
    public synchronized Rule from(long n) {
      first = n;
      last = Long.MAX_VALUE;
      return this;
    }

    /** Returns how many calls matched so far, whether or not it took effect at them. */
    public synchronized long seen() {
      return seen;
    }

    private boolean counts(Call call) {
      if (!when.test(call)) {
        return false;
      }
      synchronized (this) {
        seen++;
        return seen >= first && seen <= last;
      }
    }
  }

  /** The process is as if killed: nothing reaches the kernel any more. */
  public static final class Crashed extends Error {
    private static final long serialVersionUID = 1L;

    private Crashed(Call call) {
      super("crashed at " + call);
    }
  }
}
