package io.github.tern4j.nn.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.generate.Generator.Continuation;
import io.github.tern4j.nn.generate.Generator.End;
import io.github.tern4j.tensor.BadInputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class GeneratorTest {

  /** Says that after token n comes n + 1, and reads up to ten tokens. */
  private static class Counting implements NextTokenModel {

    private int read;

    @Override
    public int vocabSize() {
      return 100;
    }

    @Override
    public int contextLimit() {
      return 10;
    }

    @Override
    public int length() {
      return read;
    }

    @Override
    public void reset() {
      read = 0;
    }

    @Override
    public float[] prefill(int[] ids) {
      read += ids.length;
      assertThat(read).isLessThanOrEqualTo(contextLimit());
      float[] logits = new float[vocabSize()];
      logits[ids[ids.length - 1] + 1] = 1;
      return logits;
    }

    @Override
    public float[] decode(int id) {
      return prefill(new int[] {id});
    }
  }

  private final Generator generator = new Generator(new Counting(), new Sampler(Sampling.GREEDY, 0));

  @Test
  void aStopTokenEndsTheTextAndIsLeftOut() {
    Continuation continuation = generator.generate(new int[] {3, 4}, 50, Set.of(7), id -> true);
    assertThat(continuation.ids()).containsExactly(5, 6);
    assertThat(continuation.end()).isEqualTo(End.STOP_TOKEN);
  }

  @Test
  void noMoreTokensComeThanAskedFor() {
    List<Integer> heard = new ArrayList<>();
    Continuation continuation = generator.generate(new int[] {3, 4}, 3, Set.of(), heard::add);
    assertThat(continuation.ids()).containsExactly(5, 6, 7);
    assertThat(heard).containsExactly(5, 6, 7);
    assertThat(continuation.end()).isEqualTo(End.MAX_TOKENS);
  }

  @Test
  void aFullContextEndsTheText() {
    Continuation continuation = generator.generate(new int[] {0, 1, 2, 3, 4, 5, 6}, 50, Set.of(), id -> true);
    assertThat(continuation.ids()).containsExactly(7, 8, 9);
    assertThat(continuation.end()).isEqualTo(End.CONTEXT_FULL);
  }

  @Test
  void theListenerCanEndTheText() {
    Continuation continuation = generator.generate(new int[] {3, 4}, 50, Set.of(), id -> id < 6);
    assertThat(continuation.ids()).containsExactly(5, 6);
    assertThat(continuation.end()).isEqualTo(End.CANCELLED);
  }

  @Test
  void promptsThatLeaveNoRoomAreRefused() {
    assertThatThrownBy(() -> generator.generate(new int[10], 1, Set.of(), id -> true))
        .isInstanceOf(BadInputException.class)
        .hasMessage("generate: prompt of 10 tokens; expected fewer than the model's context of 10");
    assertThatThrownBy(() -> generator.generate(new int[0], 1, Set.of(), id -> true))
        .isInstanceOf(BadInputException.class).hasMessage("generate: empty prompt; expected at least one token");
  }

  @Test
  void greedyTextsNeedNoLogits() {
    NextTokenModel model = new Counting() {
      @Override
      public float[] prefill(int[] ids) {
        throw new AssertionError("all logits computed");
      }

      @Override
      public int likeliest(int[] ids) {
        return ids[ids.length - 1] + 1;
      }
    };
    Generator greedy = new Generator(model, new Sampler(Sampling.GREEDY, 0));
    assertThat(greedy.generate(new int[] {3, 7}, 3, Set.of(), id -> true).ids()).containsExactly(8, 9, 10);
    Generator penalized = new Generator(model, new Sampler(new Sampling(0, 0, 1, 0, 1.1), 0));
    assertThatThrownBy(() -> penalized.generate(new int[] {3, 7}, 3, Set.of(), id -> true)).isInstanceOf(AssertionError.class);
  }

  @Test
  void theLikeliestTokenIsTheFirstWithTheLargestLogit() {
    assertThat(new Counting().likeliest(new int[] {4, 41})).isEqualTo(42);
    assertThat(Sampler.mostLikely(new float[] {-1, 2, 2, Float.NEGATIVE_INFINITY})).isEqualTo(1);
    for (float[] none : new float[][] {{1, Float.NaN, 2}, {Float.NaN, 1}, {Float.NEGATIVE_INFINITY}}) {
      assertThatThrownBy(() -> Sampler.mostLikely(none)).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
