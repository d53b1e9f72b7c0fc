package matchtest_test

import (
	"testing"

	"example.com/webhookvcr/internal/tbtest"
)

func TestMain(m *testing.M) { tbtest.Main(m) }
