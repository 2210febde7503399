// An error with the code that contract.ts names.
#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace sls {

class EngineError : public std::runtime_error {
 public:
  EngineError(std::string code, const std::string& message) : std::runtime_error(message), code_(std::move(code)) {}
  const std::string& code() const { return code_; }

 private:
  std::string code_;
};

}  // namespace sls
