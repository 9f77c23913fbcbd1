package io.github.tern4j.tensor.contract;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A test for rows of this width: one and two, one below and above the vector widths, a prime, several vectors. */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "width {0}")
@ValueSource(ints = {1, 2, 7, 8, 15, 16, 17, 31, 32, 33, 97, 256})
@interface EveryWidth {}
