/*
** Scores: the weighted share of what could be judged.
*/
#include "hugh.h"

hugh_score hugh_score_factors(const hugh_factor *factors, size_t count) {
  double all = 0, known = 0, points = 0;
  for (size_t i = 0; i < count; i++) {
    double weight = factors[i].weight > 0 ? factors[i].weight : 0;
    double value = factors[i].value > 0 ? factors[i].value : 0; /* NaN counts as nothing */
    all += weight;
    if (!factors[i].known) continue;
    known += weight;
    points += weight * (value < 1 ? value : 1);
  }
  return (hugh_score){known > 0 ? 100 * points / known : 0, all > 0 ? 100 * known / all : 0};
}

size_t hugh_score_grade(double score, const double *bounds, size_t count) {
  size_t grade = 0;
  while (grade < count && !(score >= bounds[grade])) grade++;
  return grade;
}
