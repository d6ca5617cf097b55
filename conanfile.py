# SPDX-License-Identifier: BSL-1.0
import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load

required_conan_version = ">=2.0"

# What each component needs. Those in BUILT are libraries; all else is headers.
COMPONENTS = {
    "bzip2": "bzip2/[>=1.0.8]",
    "compiled": None,
    "gzip": "zlib/[>=1.2.11]",
    "json": "simdjson/[>=3.0]",
    "lz4": "lz4/[>=1.9]",
    "lzo": "lzo/[>=2.10]",
    "re2": "re2/[>=20220601]",
    "zstd": "zstd/[>=1.5]",
}
BUILT = ("compiled", "json")


class FlowlogRecipe(ConanFile):
    name = "flowlog"
    license = "BSL-1.0"
    description = "Network flow logs as ranges of records"
    topics = ("netflow", "vpc-flow-logs", "networking", "header-only")
    settings = "os", "arch", "compiler", "build_type"
    options = {f"with_{component}": [True, False] for component in COMPONENTS}
    default_options = {**{option: False for option in options}, "boost/*:header_only": True}
    no_copy_source = True
    exports_sources = "CMakeLists.txt", "cmake/*", "include/*", "src/*", "LICENSE"
    test_package_folder = "tests/package"

    def set_version(self):
        header = load(self, os.path.join(self.recipe_folder, "include/flowlog/version.hpp"))
        self.version = re.search(r'string_view version = "([^"]+)"', header).group(1)

    def has(self, component):
        return bool(self.options.get_safe(f"with_{component}"))

    def configure(self):
        self.package_type = "static-library" if any(map(self.has, BUILT)) else "header-library"

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.81]", transitive_headers=True)
        for component, requirement in COMPONENTS.items():
            if requirement and self.has(component):
                self.requires(requirement, transitive_headers=component not in BUILT, transitive_libs=True)

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        CMakeDeps(self).generate()
        toolchain = CMakeToolchain(self)
        for option in ("BUILD_TESTS", "BUILD_EXAMPLES", "BUILD_CLI", "WITH_ARROW"):
            toolchain.cache_variables[f"FLOWLOG_{option}"] = False
        for component in COMPONENTS:
            toolchain.cache_variables[f"FLOWLOG_WITH_{component.upper()}"] = self.has(component)
        toolchain.cache_variables["FLOWLOG_GZIP_LIBRARY"] = "zlib"
        toolchain.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        CMake(self).install()
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))

    def package_id(self):
        if not any(self.info.options.get_safe(f"with_{component}") for component in BUILT):
            self.info.settings.clear()
            self.info.requires.clear()

    def package_info(self):
        # CMake finds flowlog's own package, with its components
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "flowlog")]
        self.cpp_info.set_property("pkg_config_name", "flowlog")
        self.cpp_info.bindirs = []
        self.cpp_info.libs = [f"flowlog_{component}" for component in BUILT if self.has(component)]
        if not self.cpp_info.libs:
            self.cpp_info.libdirs = []
        if self.has("compiled"):
            self.cpp_info.defines.append("FLOWLOG_COMPILED")
        if self.has("json"):
            self.cpp_info.defines.append("FLOWLOG_JSON=1")
        if self.has("gzip"):
            self.cpp_info.defines.append("FLOWLOG_GZIP_ISAL=0")
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
