package io.github.tern4j.nn.data;

import io.github.tern4j.tensor.Rng;
import java.util.function.Function;

/**
 * The order of things in an epoch as a function of the epoch alone; the one used last is remembered, since steps mostly follow
 * each other.
 */
final class EpochOrder<T> {
  private record Remembered<T>(long epoch, T order) {}

  private final Rng rng;
  private final Function<Rng, T> shuffle;
  private volatile Remembered<T> last;

  /** Orders made by {@code shuffle} from a random stream of each epoch's own. */
  EpochOrder(Rng rng, Function<Rng, T> shuffle) {
    this.rng = rng;
    this.shuffle = shuffle;
    last = remember(0);
  }

  T of(long epoch) {
    Remembered<T> remembered = last;
    if (remembered.epoch != epoch) {
      remembered = remember(epoch);
      last = remembered;
    }
    return remembered.order;
  }

  private Remembered<T> remember(long epoch) {
    return new Remembered<>(epoch, shuffle.apply(rng.at(epoch)));
  }
}
