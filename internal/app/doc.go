// Package app puts the modules together: it lists them, opens their database,
// mounts their pages and carries out the commands of the program ohp.
// It is the only package that imports modules.
package app
