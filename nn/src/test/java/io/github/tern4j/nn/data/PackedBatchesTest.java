package io.github.tern4j.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.tern4j.nn.tokenizer.BpeTrainer;
import io.github.tern4j.nn.tokenizer.Tokenizer;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Rng;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackedBatchesTest {
  private static final int TOKENS = 4;

  @TempDir
  private Path folder;
  private TokenShard shard;

  @BeforeEach
  void writeAShardOfRisingIds() {
    Tokenizer tokenizer = new BpeTrainer(259).train(Stream.of("x"));
    Path file = folder.resolve("shard");
    // 44 ids: ten windows of four with a target after each
    TokenShardWriter.write(file, tokenizer, "<|endoftext|>", writer -> writer.add(IntStream.range(0, 43).toArray()));
    shard = TokenShard.open(file);
  }

  @AfterEach
  void close() {
    shard.close();
  }

  @Test
  void targetsAreTheTokensAfterTheInputs() {
    PaddedBatch batch = new PackedBatches(shard, 3, TOKENS, Rng.of(1)).at(0);
    assertThat(batch.lengths()).containsExactly(TOKENS, TOKENS, TOKENS);
    for (int i = 0; i < batch.ids().length; i++) {
      assertThat(batch.ids()[i] % TOKENS).isEqualTo(i % TOKENS);
      assertThat(batch.targets()[i]).isEqualTo(batch.ids()[i] + 1);
    }
  }

  @Test
  void eachEpochHasEveryWindowOnceInAnOrderOfItsOwn() {
    PackedBatches batches = new PackedBatches(shard, 3, TOKENS, Rng.of(1));
    assertThat(batches.windows()).isEqualTo(10);
    var starts = new ArrayList<Integer>();
    for (int step = 0; step < 10; step++) {
      int[] ids = batches.at(step).ids();
      IntStream.of(0, TOKENS, 2 * TOKENS).forEach(i -> starts.add(ids[i]));
    }
    List<Integer> all = IntStream.range(0, 10).map(i -> i * TOKENS).boxed().toList();
    List<List<Integer>> epochs = List.of(starts.subList(0, 10), starts.subList(10, 20), starts.subList(20, 30));
    assertThat(epochs).doesNotHaveDuplicates().allSatisfy(epoch -> assertThat(epoch).containsExactlyInAnyOrderElementsOf(all));
  }

  @Test
  void aStepNeedsNoneBeforeIt() {
    PackedBatches first = new PackedBatches(shard, 3, TOKENS, Rng.of(1));
    int[] walked = new int[0];
    for (int step = 0; step <= 17; step++) {
      walked = first.at(step).ids();
    }
    assertThat(new PackedBatches(shard, 3, TOKENS, Rng.of(1)).at(17).ids()).isEqualTo(walked);
    assertThat(first.at(2).ids()).isEqualTo(new PackedBatches(shard, 3, TOKENS, Rng.of(1)).at(2).ids());
  }

  @Test
  void anotherSeedGivesAnotherOrder() {
    assertThat(Arrays.equals(new PackedBatches(shard, 10, TOKENS, Rng.of(1)).at(0).ids(),
        new PackedBatches(shard, 10, TOKENS, Rng.of(2)).at(0).ids())).isFalse();
  }

  @Test
  void aWindowMayFillTheShardButNotExceedIt() {
    assertThat(new PackedBatches(shard, 1, 43, Rng.of(1)).at(5).ids()).isEqualTo(IntStream.range(0, 43).toArray());
    assertThatThrownBy(() -> new PackedBatches(shard, 1, 44, Rng.of(1)))
        .isInstanceOf(BadInputException.class)
        .hasMessage(folder.resolve("shard")
            + ": has 44 tokens, too few for a window of 44 and the token after it; expected more text");
  }
}
