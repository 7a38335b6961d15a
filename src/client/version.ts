/** This package's version, as clients introduce themselves when no other is given. A test keeps it equal to the manifest. */
export const PACKAGE_VERSION = '0.0.0';
