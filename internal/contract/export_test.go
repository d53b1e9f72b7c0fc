package contract

// Sentences is for the test that pins them.
var Sentences = sentences
