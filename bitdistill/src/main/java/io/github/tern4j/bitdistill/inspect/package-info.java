/** What is in a model file or directory: its tensors, how its projections fill the ternary codes, and what training it would take. */
package io.github.tern4j.bitdistill.inspect;
