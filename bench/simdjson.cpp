// simdjson RUNS FILE: seconds of the fastest run in which simdjson walks the header of a safetensors file on demand, and takes the fields of
// each tensor that have to be looked at. It checks neither names nor offsets: a limit, not a rival.
#include <simdjson.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>

using namespace simdjson;

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  double best = 1e9;
  uint64_t sum = 0;
  for (int runs = std::atoi(argv[1]); runs > 0; runs--) {
    auto start = std::chrono::steady_clock::now();
    std::ifstream file(argv[2], std::ios::binary);
    uint64_t length = 0;
    file.read(reinterpret_cast<char *>(&length), sizeof length);
    padded_string header(length);
    file.read(header.data(), static_cast<std::streamsize>(length));
    ondemand::parser parser;
    ondemand::document document = parser.iterate(header);
    for (auto tensor : document.get_object()) {
      sum += std::string_view(tensor.unescaped_key()).size();
      ondemand::object fields = tensor.value().get_object();
      sum += std::string_view(fields["dtype"]).size();
      for (uint64_t dimension : fields["shape"].get_array()) sum += dimension;
      for (uint64_t offset : fields["data_offsets"].get_array()) sum += offset;
    }
    double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (took < best) best = took;
  }
  std::printf("%.6f %llu\n", best, static_cast<unsigned long long>(sum));
}
