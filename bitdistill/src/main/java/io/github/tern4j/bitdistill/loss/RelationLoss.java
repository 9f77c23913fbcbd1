package io.github.tern4j.bitdistill.loss;

import io.github.tern4j.autograd.Tape;
import io.github.tern4j.autograd.Variable;
import io.github.tern4j.autograd.op.Elementwise;
import io.github.tern4j.autograd.op.Expand;
import io.github.tern4j.autograd.op.Relation;
import io.github.tern4j.nn.qwen3.QwenConfig;
import io.github.tern4j.tensor.BadInputException;
import io.github.tern4j.tensor.Shape;
import io.github.tern4j.tensor.kernel.RelationMode;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Attention-relation distillation (Wu et al. 2025, eq. 10-13, algorithm 1): for each of Q, K, V of a layer the concatenated
 * heads of a token are cut into {@code splitHeads} vectors, and {@code AD = sum alpha KL(R_T || R_S)}, averaged over batch,
 * split heads and query tokens, with R the softmax of the vectors' products.
 *
 * @param layers which student layer learns from which teacher layer; the paper distils one late layer
 * @param stage where Q and K are taken
 * @param mode how vectors become scores; algorithm 1 by default
 * @param temperature divides the scores, 1 by default
 * @param splitHeads S, vectors a token is cut into, equal on both sides
 * @param alpha weights of Q, K and V, 1 each in the paper
 * @param repeatKeyValueHeads whether K and V are repeated to the number of query heads first; no by default
 * @param keepPadding whether padded positions take part: the author's code lets them, we mask them out by default
 * @param normalization what the sum is divided by
 */
public record RelationLoss(List<LayerPair> layers, AttentionStates.Stage stage, RelationMode mode, float temperature, int splitHeads,
    Alpha alpha, boolean repeatKeyValueHeads, boolean keepPadding, Normalization normalization) {

  /**
   * A student layer and the teacher layer it learns from, both counted from 0.
   *
   * @param teacher layer of the teacher
   * @param student layer of the student
   */
  public record LayerPair(int teacher, int student) {}

  /**
   * Weights of the three relations.
   *
   * @param q of queries
   * @param k of keys
   * @param v of values
   */
  public record Alpha(float q, float k, float v) {

    float of(AttentionStates.Role role) {
      return switch (role) {
        case Q -> q;
        case K -> k;
        case V -> v;
      };
    }
  }

  /** What the mean over batch, heads and tokens is divided by once more. */
  public enum Normalization {
    /** Nothing: the plain form, our default. */
    PLAIN,
    /** Distilled layers times split heads: the author's code, whose gamma of 1e5 with 32 is 3125 in the plain form. */
    AUTHOR_CODE
  }

  /** Checks the numbers. */
  public RelationLoss {
    layers = List.copyOf(layers);
    if (layers.isEmpty() || !(temperature > 0) || splitHeads < 1) {
      throw new IllegalArgumentException("relation loss: layers " + layers + ", temperature " + temperature + ", split heads "
          + splitHeads + "; expected at least one layer, a positive temperature and at least one split head");
    }
  }

  /** Algorithm 1 on one pair of layers with S split heads. */
  public static RelationLoss paper(LayerPair layers, int splitHeads) {
    return new RelationLoss(List.of(layers), AttentionStates.Stage.ROPE, RelationMode.ALGORITHM1, 1, splitHeads, new Alpha(1, 1, 1),
        false, false, Normalization.PLAIN);
  }

  /**
   * Checks that two models have the layers, and heads that can be cut as asked.
   *
   * @throws BadInputException when they do not
   */
  public void check(QwenConfig teacher, QwenConfig student) {
    for (LayerPair pair : layers) {
      check("teacher", teacher, pair.teacher);
      check("student", student, pair.student);
    }
  }

  private void check(String who, QwenConfig config, int layer) {
    int width = (repeatKeyValueHeads ? config.numAttentionHeads() : config.numKeyValueHeads()) * config.headDim();
    if (layer < 0 || layer >= config.numHiddenLayers() || width % splitHeads != 0) {
      throw new BadInputException("relation loss: layer " + layer + " with " + splitHeads + " split heads; expected a layer of the "
          + who + " (0.." + (config.numHiddenLayers() - 1) + ") and a divisor of " + width);
    }
  }

  /** Catches what this loss needs of the teacher. */
  public AttentionStates teacherTaps() {
    return new AttentionStates(layers.stream().map(LayerPair::teacher).collect(Collectors.toSet()), stage);
  }

  /** Catches what this loss needs of the student. */
  public AttentionStates studentTaps() {
    return new AttentionStates(layers.stream().map(LayerPair::student).collect(Collectors.toSet()), stage);
  }

  /** The loss over all layers and all three relations, a scalar. */
  public Variable loss(Tape tape, AttentionStates teacher, AttentionStates student, int[] lengths) {
    Optional<Variable> sum = Optional.empty();
    for (LayerPair pair : layers) {
      for (AttentionStates.Role role : AttentionStates.Role.values()) {
        Variable term = Elementwise.scale(tape, relation(tape, teacher, student, pair, role, lengths), alpha.of(role));
        sum = Optional.of(sum.isPresent() ? Elementwise.add(tape, sum.get(), term) : term);
      }
    }
    float divisor = normalization == Normalization.PLAIN ? 1 : layers.size() * splitHeads;
    return divisor == 1 ? sum.orElseThrow() : Elementwise.scale(tape, sum.orElseThrow(), 1 / divisor);
  }

  /** One relation of one pair of layers, without its alpha. */
  public Variable relation(Tape tape, AttentionStates teacher, AttentionStates student, LayerPair pair, AttentionStates.Role role,
      int[] lengths) {
    int queryHeads = student.get(pair.student, AttentionStates.Role.Q).dim(2);
    int teacherQueryHeads = teacher.get(pair.teacher, AttentionStates.Role.Q).dim(2);
    Variable studentStates = split(tape, student.get(pair.student, role), queryHeads);
    Variable teacherStates = split(tape, teacher.get(pair.teacher, role), teacherQueryHeads);
    int[] counted = lengths;
    if (keepPadding) {
      counted = new int[lengths.length];
      Arrays.fill(counted, studentStates.dim(1));
    }
    return Relation.relation(tape, teacherStates.value(), studentStates, counted, mode, temperature);
  }

  // [batch, tokens, heads, headDim] -> [batch, tokens, splitHeads, heads headDim / splitHeads]
  private Variable split(Tape tape, Variable states, int queryHeads) {
    int batch = states.dim(0);
    int tokens = states.dim(1);
    int heads = states.dim(2);
    int headDim = states.dim(3);
    Variable all = states;
    if (repeatKeyValueHeads && heads != queryHeads) {
      Shape repeated = Shape.of(batch, tokens, heads, queryHeads / heads, headDim);
      all = Expand.expand(tape, states.reshape(batch, tokens, heads, 1, headDim), repeated);
      heads = queryHeads;
    }
    if (heads * headDim % splitHeads != 0) {
      throw new IllegalArgumentException("relation loss: " + heads + " heads of " + headDim + " cannot be cut into " + splitHeads
          + " equal vectors; expected a divisor of " + heads * headDim);
    }
    return all.reshape(batch, tokens, splitHeads, heads * headDim / splitHeads);
  }
}
