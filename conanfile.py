# SPDX-License-Identifier: BSL-1.0
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir

required_conan_version = ">=2.0"


class FlowlogRecipe(ConanFile):
    name = "flowlog"
    license = "BSL-1.0"
    description = "Network flow logs as ranges of records"
    topics = ("netflow", "vpc-flow-logs", "networking", "header-only")
    settings = "os", "arch", "compiler", "build_type"
    options = {"with_json": [True, False]}  # the component flowlog::json, a static library
    default_options = {"with_json": False, "boost/*:header_only": True}
    no_copy_source = True
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "src/*", "LICENSE"
    test_package_folder = "tests/package"

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include/flowlog/version.hpp"))
        self.version = re.search(r'string_view version = "([^"]+)"', header).group(1)

    def configure(self):
        self.package_type = "static-library" if self.options.with_json else "header-library"

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.81]", transitive_headers=True)
        if self.options.with_json:
            self.requires("simdjson/[>=3.0]")

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for option in ("BUILD_TESTS", "BUILD_EXAMPLES", "BUILD_CLI", "WITH_COMPILED"):
            toolchain.cache_variables[f"FLOWLOG_{option}"] = False
        toolchain.cache_variables["FLOWLOG_WITH_JSON"] = bool(self.options.with_json)
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        rmdir(self, os.path.join(self.package_folder, "share"))

    def package_id(self):
        if not self.info.options.with_json:
            self.info.clear()

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "flowlog")
        headers = self.cpp_info
        if self.options.with_json:
            self.cpp_info.set_property("cmake_target_name", "flowlog::all")
            headers = self.cpp_info.components["headers"]
            json = self.cpp_info.components["json"]
            json.bindirs = []
            json.libs = ["flowlog_json"]
            json.defines = ["FLOWLOG_JSON=1"]
            json.set_property("cmake_target_name", "flowlog::json")
            json.requires = ["headers", "simdjson::simdjson"]
        headers.bindirs = []
        headers.libdirs = []
        headers.set_property("cmake_target_name", "flowlog::flowlog")
        headers.set_property("pkg_config_name", "flowlog")
        headers.requires = ["boost::headers"]
        if self.settings.os in ("Linux", "FreeBSD"):
            headers.system_libs = ["pthread"]
