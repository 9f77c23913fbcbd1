package io.github.tern4j.tensor.vector;

import io.github.tern4j.tensor.Tensor;
import io.github.tern4j.tensor.Workers;
import io.github.tern4j.tensor.kernel.TernaryProductKernel;
import io.github.tern4j.tensor.ternary.PreparedTernary;
import io.github.tern4j.tensor.ternary.TernaryInput;
import io.github.tern4j.tensor.ternary.TernaryLayout;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * Products of one or several {@link LookupTernary} with the same activations, in one parallel run: threads that have done their
 * part of the first weight go on with the next one. Few tokens: a task is a range of neighbouring panels. Many tokens: a task is
 * {@value #TILE} of them with a whole weight. How work is cut changes no bit of a result.
 */
final class LookupProducts implements IntConsumer {

  /** Tokens of a task. */
  private static final int TILE = 8;

  /** With fewer panels, loading the tables of a segment would weigh too much beside its words. */
  private static final int LEAST_TASK_PANELS = 4;

  private final Workers workers;
  private LookupTernary[] weights = new LookupTernary[1];
  private Tensor[] outs = new Tensor[1];

  /** For each weight the task behind its last one. */
  private int[] ends = new int[1];

  private int count;
  private LookupInput input;
  private int taskPanels;

  LookupProducts(Workers workers) {
    this.workers = workers;
  }

  /** One product. */
  void product(LookupTernary weight, TernaryInput input, Tensor out) {
    LookupInput own = LookupInput.own(input);
    try {
      add(weight, own, out);
      run(own);
    } finally {
      forget();
    }
  }

  /** Several products; {@code weights} are {@link LookupTernary}. */
  void products(PreparedTernary[] weights, TernaryInput input, Tensor[] outs) {
    LookupInput own = LookupInput.own(input);
    try {
      for (int i = 0; i < weights.length; i++) {
        add((LookupTernary) weights[i], own, outs[i]);
      }
      run(own);
    } finally {
      forget();
    }
  }

  private void add(LookupTernary weight, LookupInput input, Tensor out) {
    TernaryLayout layout = weight.layout();
    TernaryProductKernel.checkProduct(layout.rows(), layout.columns(), input.codes(), input.gamma(), out);
    if (count == weights.length) {
      weights = Arrays.copyOf(weights, 2 * count);
      outs = Arrays.copyOf(outs, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
    }
    weights[count] = weight;
    outs[count++] = out;
  }

  private void run(LookupInput input) {
    this.input = input;
    int tokens = input.codes().dim(0);
    taskPanels = tokens < TILE ? taskPanels() : 0;
    int tasks = 0;
    for (int i = 0; i < count; i++) {
      tasks += taskPanels > 0 ? Math.ceilDiv(weights[i].layout().panels(), taskPanels) : Math.ceilDiv(tokens, TILE);
      ends[i] = tasks;
    }
    workers.run(tasks, this);
  }

  /** Drops the products, so that no weight lives longer for them. */
  private void forget() {
    Arrays.fill(weights, 0, count, null);
    Arrays.fill(outs, 0, count, null);
    count = 0;
  }

  /** As large a part of a block as leaves a task for each thread. */
  private int taskPanels() {
    int panels = 0;
    for (int i = 0; i < count; i++) {
      panels += weights[i].layout().panels();
    }
    int size = TernaryLayout.BLOCK_PANELS;
    while (size > LEAST_TASK_PANELS && panels < size * workers.threads()) {
      size /= 2;
    }
    return size;
  }

  @Override
  public void accept(int task) {
    int i = 0;
    while (task >= ends[i]) {
      i++;
    }
    int ownTask = i == 0 ? task : task - ends[i - 1];
    if (taskPanels > 0) {
      int firstPanel = ownTask * taskPanels;
      weights[i].multiplyPanels(input, firstPanel, Math.min(weights[i].layout().panels(), firstPanel + taskPanels), outs[i]);
    } else {
      int firstToken = ownTask * TILE;
      weights[i].multiplyTile(input, firstToken, Math.min(input.codes().dim(0), firstToken + TILE), outs[i]);
    }
  }
}
